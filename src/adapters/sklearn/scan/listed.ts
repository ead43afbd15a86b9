export type Listed = 'class' | 'function';

/** Modules and what of them may be loaded, each by its whole name: what estimators are made of, and nothing that reads, writes, imports or calls by name. */
const written: Readonly<Record<Listed, Readonly<Record<string, string>>>> = {
  class: {
    // Compiled into scikit-learn, and calling itself by a short name.
    _loss:
      'CyAbsoluteError CyExponentialLoss CyHalfBinomialLoss CyHalfGammaLoss CyHalfMultinomialLoss CyHalfPoissonLoss CyHalfSquaredError CyHalfTweedieLoss CyHalfTweedieLossIdentity CyHuberLoss CyPinballLoss',
    builtins: 'bool bytearray bytes complex dict float frozenset int list object range set slice str tuple',
    __builtin__: 'bool bytearray bytes complex dict float frozenset int list object set slice str tuple',
    collections: 'OrderedDict defaultdict',
    'joblib.numpy_pickle': 'NumpyArrayWrapper',
    numpy:
      'bool bool_ dtype float16 float32 float64 int16 int32 int64 int8 matrix ndarray object_ str_ uint16 uint32 uint64 uint8',
    'numpy.dtypes': 'BoolDType Float32DType Float64DType Int32DType Int64DType ObjectDType StrDType',
    'numpy.ma.core': 'MaskedArray',
    'numpy.ma': 'MaskedArray',
    'numpy.random._mt19937': 'MT19937',
    'numpy.random._pcg64': 'PCG64',
    'numpy.random.bit_generator': 'SeedSequence',
    'numpy.random.mtrand': 'RandomState',
    'pandas.core.dtypes.dtypes': 'CategoricalDtype',
    'pandas.core.indexes.base': 'Index',
    'pandas.core.indexes.range': 'RangeIndex',
    'scipy.interpolate._bsplines': 'BSpline',
    'scipy.interpolate._interpolate': 'interp1d',
    'scipy.sparse._csc': 'csc_matrix csc_array',
    'scipy.sparse._csr': 'csr_matrix csr_array',
    'sklearn._loss._loss':
      'CyAbsoluteError CyExponentialLoss CyHalfBinomialLoss CyHalfGammaLoss CyHalfMultinomialLoss CyHalfPoissonLoss CyHalfSquaredError CyHalfTweedieLoss CyHalfTweedieLossIdentity CyHuberLoss CyPinballLoss',
    'sklearn._loss.link': 'HalfLogitLink IdentityLink Interval LogLink LogitLink MultinomialLogit',
    'sklearn._loss.loss':
      'AbsoluteError ExponentialLoss HalfBinomialLoss HalfGammaLoss HalfMultinomialLoss HalfPoissonLoss HalfSquaredError HalfTweedieLoss HalfTweedieLossIdentity HuberLoss PinballLoss',
    'sklearn.calibration': 'CalibratedClassifierCV _CalibratedClassifier _SigmoidCalibration _TemperatureScaling',
    'sklearn.cluster._kmeans': 'KMeans MiniBatchKMeans',
    'sklearn.compose._column_transformer': 'ColumnTransformer _RemainderColsList make_column_selector',
    'sklearn.compose._target': 'TransformedTargetRegressor',
    'sklearn.cross_decomposition._pls': 'PLSRegression',
    'sklearn.decomposition._incremental_pca': 'IncrementalPCA',
    'sklearn.decomposition._pca': 'PCA',
    'sklearn.decomposition._truncated_svd': 'TruncatedSVD',
    'sklearn.discriminant_analysis': 'LinearDiscriminantAnalysis QuadraticDiscriminantAnalysis',
    'sklearn.dummy': 'DummyClassifier DummyRegressor',
    'sklearn.ensemble._bagging': 'BaggingClassifier BaggingRegressor',
    'sklearn.ensemble._forest': 'ExtraTreesClassifier ExtraTreesRegressor RandomForestClassifier RandomForestRegressor',
    'sklearn.ensemble._gb': 'GradientBoostingClassifier GradientBoostingRegressor',
    'sklearn.ensemble._gb_losses':
      'BinomialDeviance ExponentialLoss HuberLossFunction LeastAbsoluteError LeastSquaresError MultinomialDeviance QuantileLossFunction',
    'sklearn.ensemble._hist_gradient_boosting.binning': '_BinMapper',
    'sklearn.ensemble._hist_gradient_boosting.gradient_boosting':
      'HistGradientBoostingClassifier HistGradientBoostingRegressor',
    'sklearn.ensemble._hist_gradient_boosting.predictor': 'TreePredictor',
    'sklearn.ensemble._stacking': 'StackingClassifier StackingRegressor',
    'sklearn.ensemble._voting': 'VotingClassifier VotingRegressor',
    'sklearn.ensemble._weight_boosting': 'AdaBoostClassifier AdaBoostRegressor',
    'sklearn.feature_selection._from_model': 'SelectFromModel',
    'sklearn.feature_selection._univariate_selection': 'SelectFdr SelectFpr SelectKBest SelectPercentile',
    'sklearn.feature_selection._variance_threshold': 'VarianceThreshold',
    'sklearn.impute._base': 'MissingIndicator SimpleImputer',
    'sklearn.impute._knn': 'KNNImputer',
    'sklearn.isotonic': 'IsotonicRegression',
    'sklearn.linear_model._base': 'LinearRegression',
    'sklearn.linear_model._bayes': 'ARDRegression BayesianRidge',
    'sklearn.linear_model._coordinate_descent': 'ElasticNet ElasticNetCV Lasso LassoCV',
    'sklearn.linear_model._glm.glm': 'GammaRegressor PoissonRegressor TweedieRegressor',
    'sklearn.linear_model._huber': 'HuberRegressor',
    'sklearn.linear_model._least_angle': 'Lars LassoLars',
    'sklearn.linear_model._logistic': 'LogisticRegression LogisticRegressionCV',
    'sklearn.linear_model._perceptron': 'Perceptron',
    'sklearn.linear_model._quantile': 'QuantileRegressor',
    'sklearn.linear_model._ridge': 'Ridge RidgeCV RidgeClassifier RidgeClassifierCV _RidgeGCV',
    'sklearn.linear_model._sgd_fast':
      'EpsilonInsensitive Hinge Huber Log ModifiedHuber SquaredEpsilonInsensitive SquaredHinge SquaredLoss',
    'sklearn.linear_model._stochastic_gradient': 'SGDClassifier SGDRegressor',
    'sklearn.linear_model._theil_sen': 'TheilSenRegressor',
    'sklearn.metrics._dist_metrics':
      'ChebyshevDistance64 EuclideanDistance EuclideanDistance64 ManhattanDistance ManhattanDistance64 MinkowskiDistance MinkowskiDistance64',
    'sklearn.metrics._scorer': '_PassthroughScorer _PredictScorer _ProbaScorer _Scorer _ThresholdScorer',
    'sklearn.model_selection._search': 'GridSearchCV RandomizedSearchCV',
    'sklearn.model_selection._split': 'KFold RepeatedStratifiedKFold StratifiedKFold TimeSeriesSplit',
    'sklearn.multiclass': 'OneVsOneClassifier OneVsRestClassifier _ConstantPredictor',
    'sklearn.naive_bayes': 'BernoulliNB CategoricalNB ComplementNB GaussianNB MultinomialNB',
    'sklearn.neighbors._ball_tree': 'BallTree BallTree64',
    'sklearn.neighbors._classification': 'KNeighborsClassifier RadiusNeighborsClassifier',
    'sklearn.neighbors._kd_tree': 'KDTree KDTree64',
    'sklearn.neighbors._regression': 'KNeighborsRegressor RadiusNeighborsRegressor',
    'sklearn.neural_network._multilayer_perceptron': 'MLPClassifier MLPRegressor',
    'sklearn.neural_network._stochastic_optimizers': 'AdamOptimizer SGDOptimizer',
    'sklearn.pipeline': 'FeatureUnion Pipeline',
    'sklearn.preprocessing._data':
      'Binarizer KernelCenterer MaxAbsScaler MinMaxScaler Normalizer PowerTransformer QuantileTransformer RobustScaler StandardScaler',
    'sklearn.preprocessing._discretization': 'KBinsDiscretizer',
    'sklearn.preprocessing._encoders': 'OneHotEncoder OrdinalEncoder',
    'sklearn.preprocessing._function_transformer': 'FunctionTransformer',
    'sklearn.preprocessing._label': 'LabelBinarizer LabelEncoder',
    'sklearn.preprocessing._polynomial': 'PolynomialFeatures SplineTransformer',
    'sklearn.preprocessing._target_encoder': 'TargetEncoder',
    'sklearn.svm._classes': 'LinearSVC LinearSVR NuSVC NuSVR SVC SVR',
    'sklearn.tree._classes': 'DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor',
    'sklearn.tree._tree': 'Tree',
    'sklearn.utils': 'Bunch',
    'sklearn.utils._bunch': 'Bunch',
    'sklearn.utils._metadata_requests': 'MetadataRequest MethodMetadataRequest',
  },
  function: {
    // With one encoding only: so bytes are written in protocols that have none.
    _codecs: 'encode',
    _loss:
      '__pyx_unpickle_CyAbsoluteError __pyx_unpickle_CyExponentialLoss __pyx_unpickle_CyHalfBinomialLoss __pyx_unpickle_CyHalfGammaLoss __pyx_unpickle_CyHalfMultinomialLoss __pyx_unpickle_CyHalfPoissonLoss __pyx_unpickle_CyHalfSquaredError __pyx_unpickle_CyHalfTweedieLoss __pyx_unpickle_CyHalfTweedieLossIdentity __pyx_unpickle_CyHuberLoss __pyx_unpickle_CyPinballLoss',
    copyreg: '_reconstructor',
    copy_reg: '_reconstructor',
    'numpy.core._multiarray_umath': 'scalar _reconstruct',
    'numpy._core._multiarray_umath': 'scalar _reconstruct',
    'numpy.core.multiarray': 'scalar _reconstruct',
    'numpy._core.multiarray': 'scalar _reconstruct',
    'numpy.core.numeric': '_frombuffer',
    'numpy._core.numeric': '_frombuffer',
    'numpy.ma.core': '_mareconstruct',
    'numpy.random.bit_generator': '__pyx_unpickle_SeedSequence',
    'numpy.random._pickle': '__bit_generator_ctor __generator_ctor __randomstate_ctor',
    'pandas.core.indexes.base': '_new_Index',
    'sklearn._loss._loss':
      '__pyx_unpickle_CyAbsoluteError __pyx_unpickle_CyExponentialLoss __pyx_unpickle_CyHalfBinomialLoss __pyx_unpickle_CyHalfGammaLoss __pyx_unpickle_CyHalfMultinomialLoss __pyx_unpickle_CyHalfPoissonLoss __pyx_unpickle_CyHalfSquaredError __pyx_unpickle_CyHalfTweedieLoss __pyx_unpickle_CyHalfTweedieLossIdentity __pyx_unpickle_CyHuberLoss __pyx_unpickle_CyPinballLoss',
    'sklearn.metrics._classification':
      'accuracy_score balanced_accuracy_score brier_score_loss f1_score log_loss precision_score recall_score',
    'sklearn.metrics._dist_metrics': 'newObj',
    'sklearn.metrics._ranking': 'average_precision_score roc_auc_score',
    'sklearn.metrics._regression': 'mean_absolute_error mean_squared_error r2_score root_mean_squared_error',
    'sklearn.neighbors._ball_tree': 'newObj',
    'sklearn.neighbors._kd_tree': 'newObj',
  },
};

const all: ReadonlyMap<string, Listed> = new Map(
  (['class', 'function'] as const).flatMap((kind) =>
    Object.entries(written[kind]).flatMap(([module, names]) =>
      names.split(' ').map((name) => [`${module}\n${name}`, kind] as const),
    ),
  ),
);

export const listed = (module: string, name: string): Listed | undefined => all.get(`${module}\n${name}`);

/** By the whole name: none of the list has a dot of its own. */
export const kindOf = (full: string): Listed | undefined => {
  const dot = full.lastIndexOf('.');
  return listed(full.slice(0, dot), full.slice(dot + 1));
};

/** Each as module, name, kind. */
export const wholeList = (): readonly (readonly [string, string, Listed])[] =>
  [...all].map(([key, kind]) => [key.slice(0, key.indexOf('\n')), key.slice(key.indexOf('\n') + 1), kind] as const);

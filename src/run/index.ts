export { Answers } from './answers.ts';
export { type Approving, brokenRules, bulkOf, consequencesOf, factsOf, spelled, tableOf } from './approvals/asked.ts';
export { type Answer, type Deciders, decided, type NotAllowed } from './approvals/decide.ts';
export { proposeLines } from './approvals/propose.ts';
export { asEdited, columnValue, digest, lineValue } from './approvals/values.ts';
export { askedBy } from './asked.ts';
export { tooLong, type Waiting } from './attempts.ts';
export { hashOf, readBackup, rowsIn, unfinished, unusable } from './backed-up.ts';
export { isBeyond, Progress, type Reach, reachOf } from './bounds.ts';
export { capture, streamOf } from './capture/capture.ts';
export { type Captured, capturedBy, follows, isCaptured } from './capture/captured.ts';
export { type Followed, followedIn } from './capture/followed.ts';
export { targetOf, targetsOf } from './deliver/target.ts';
export { claimAll, execute, type StepOutcome } from './execute.ts';
export { changedNext, changedText, filesOf, filesRead } from './files.ts';
export { answersName } from './learning/brought/answers.ts';
export { unknownEnding } from './learning/brought/bring.ts';
export { formatOf } from './learning/brought/format.ts';
export { type ImportedFile, importKey, importsIn } from './learning/brought/imports.ts';
export { championKey, championsNow, jobsThatTrain, knownChampions, readChampions } from './learning/champions.ts';
export { changedParameters, trainedOtherwise } from './learning/due.ts';
export { asksEngine, missingFor, missingToPredict, refuseMissingEngine } from './learning/engine.ts';
export { frozenBy, frozenText } from './learning/frozen.ts';
export { knownVersions } from './learning/learning.ts';
export { parameterChanges, parameterTexts } from './learning/parameters.ts';
export { real } from './learning/predict/features.ts';
export { broken, openPredictor, type Predictor, predictQuery } from './learning/predictor.ts';
export { memberInOrder, openProfiles } from './learning/profiles.ts';
export { candidateOf, insideOf, lacking, overtaken, release, showChampions } from './learning/release.ts';
export { isUntaught, type Trial, tryTraining, whyUntried } from './learning/trial.ts';
export {
  askToDestroy,
  keyLosses,
  type Loss,
  type Redefined,
  redefined,
  refuseDestroying,
  refuseLosses,
  retypeLosses,
  undeclared,
  undeclaredLosses,
} from './losses.ts';
export { makeChanges, modelsOf, refuseMissingInputs, refuseUnlessSetUp, setupChanges } from './models.ts';
export { limit, type Retries, rest } from './patience.ts';
export type { Against, ChannelMember, Project, Rehearsal, Target } from './project.ts';
export { refuseUnreadable } from './readers.ts';
export { moved, reasonOf, type WhyCode } from './reason.ts';
export { bringsIn, canJudgeAgain, isDated, keptBecause, type Rerun, replacesItsDay } from './rerun.ts';
export { beforeOf, type Retention, usualRetention } from './retention.ts';
export { cleaned, said } from './said.ts';
export {
  isSingle,
  judgeRows,
  judgeSetting,
  rowKeyOf,
  rowLabel,
  type SettingRow,
  type SettingsNode,
  settingAsText,
  settingsNodes,
  settingValue,
} from './setting-rows.ts';
export {
  beginSettings,
  readSettings,
  type SettingValues,
  settingsHashOf,
  settingsOfRun,
  settingsUsed,
  settingText,
} from './settings.ts';
export {
  changeKey,
  changesOf,
  differences,
  inTurn,
  keepChanges,
  keyIn,
  type LookedAt,
  lastRow,
  lookAt,
  rowsAsText,
  type SeenChange,
  type SettingChange,
  seenBySetup,
  seeSettings,
} from './settings-seen.ts';
export { lookAtTable } from './tables.ts';
export { type TimetableFound, timetableFound, timetableOf } from './timetables.ts';
export { ulid } from './ulid.ts';
export type { KnownVariable, VariableState, VariableUse } from './variables.ts';
export { wholeSpelling } from './write/spelling.ts';
export { type RunValues, writeOf } from './write.ts';

/** The part of a version's files that predicts. */
export const modelFile = 'model.json';
/** How its features were spread over the training rows. */
export const profileFile = 'profile.json';
/** Its training rows. */
export const rowsFile = 'rows.parquet';

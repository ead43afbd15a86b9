export { Answers } from './answers.ts';
export { tooLong, type Waiting } from './attempts.ts';
export { isBeyond, Progress, reachOf } from './bounds.ts';
export { claimAll, execute, type StepOutcome } from './execute.ts';
export { changedNext, changedText, filesOf, filesRead } from './files.ts';
export { makeChanges, modelsOf, refuseMissingInputs, refuseUnlessSetUp, setupChanges } from './models.ts';
export { limit, type Retries } from './patience.ts';
export type { Project } from './project.ts';
export { refuseUnreadable } from './readers.ts';
export { reasonOf } from './reason.ts';
export { bringsIn, canJudgeAgain, isDated, keptBecause, type Rerun } from './rerun.ts';
export { beforeOf, type Retention, usualRetention } from './retention.ts';
export { cleaned, said } from './said.ts';
export {
  isSingle,
  judgeRow,
  readSettings,
  type SettingValues,
  settingRows,
  settingsHashOf,
  settingsNodes,
  settingValue,
} from './settings.ts';
export { ulid } from './ulid.ts';
export { writeOf } from './write.ts';

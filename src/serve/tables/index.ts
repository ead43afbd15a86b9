export {
  type Latest,
  latestPath,
  latestText,
  most,
  readLatestText,
  settingsPath,
  snapshotPath,
  tableFolder,
} from './latest.ts';
export { readSettingsText, type SettingTexts, settingsTaken, settingsText } from './settings.ts';
export { shapeOf } from './shape.ts';
export { Tables, type TablesOf } from './tables.ts';

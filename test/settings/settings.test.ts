import { describe } from 'node:test';
import { settingsSuite } from './suite.ts';

describe('settings, with the state in a file', { concurrency: 2 }, () =>
  settingsSuite(() => `sqlite({ file: 'warehouse/state.sqlite' })`),
);

// Begins an import that takes for ever, and says so: for a test that kills it.
import { converter } from './environment.ts';

const [, , file = ''] = process.argv;
const asked = { file, features: {}, columns: {}, rows: 1, isUnscanned: true };
await converter().convert({ ...asked, progress: (text) => console.log(text) });

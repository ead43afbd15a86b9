// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- src/adapters/postgres
import { targetsConformance } from '../../../ports/conformance/targets.ts';
import { withoutServer } from '../testing.ts';
import { postgresTargets } from './tables.ts';
import { keepingHere } from './testing.ts';

const targets = { has: () => true, ...postgresTargets((url) => url) };
targetsConformance('postgres', { targets, ...keepingHere() }, withoutServer);

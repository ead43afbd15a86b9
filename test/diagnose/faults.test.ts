import { faults } from './faults.ts';
import { named } from './named.ts';

named(faults);

import { later } from './later.ts';
import { named } from './named.ts';

named(later);

export { type Built, given, type World } from './world.ts';

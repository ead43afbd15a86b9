export * from '../operate/numbers.ts';

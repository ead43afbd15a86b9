/** Who has done what nobody asked for, as it is kept with what was done. */
export const itself = 'esteira';
export const jobAsActor = (job: string): string => `job ${job}`;
/** Settings at their standards are of set-up. */
const setUp = 'setup';

/** Whether somebody has done it by hand. */
export const isPerson = (by: string): boolean => by !== itself && by !== setUp && !by.startsWith(jobAsActor(''));

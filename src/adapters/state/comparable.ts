/** The order of these texts is that of their times. */
export const comparable = (time: Temporal.Instant): string => time.toString({ fractionalSecondDigits: 9 });

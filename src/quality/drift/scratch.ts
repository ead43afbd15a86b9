/** Values that are kept room for, 8 MB: of more of them to ask for memory costs little beside the work. */
const most = 1 << 20;

/** Room for values that nobody keeps, with what was in it before: it is used again by the next who asks, and so only until then. */
export function scratch(): (length: number) => Float64Array {
  let kept = new Float64Array();
  return (length) => {
    if (length > most) return new Float64Array(length);
    if (kept.length < length) kept = new Float64Array(length);
    return kept.subarray(0, length);
  };
}

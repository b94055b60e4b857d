/** Keeps a failing log or metric from taking the answer with it. */

/** Runs `report`; what it throws goes to standard error and no further. */
export function quietly(report: () => void): void {
  try {
    report()
  } catch (error) {
    console.error('could not report', error)
  }
}

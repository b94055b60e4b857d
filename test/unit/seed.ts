/** The seed of every random choice in unit tests: fixed, said in the test's name, and yours to change. */

export const SEED = Number(process.env.TEST_SEED ?? 20_260_102)

/** Parameters for fast-check. */
export const seeded = (numRuns = 200) => ({ seed: SEED, numRuns })

/** Tests that `npm test` does without, in files that it has: test/full imports these files, and then has all of them. */
import { test } from '@jest/globals'

const isWhole = process.env.WHOLE_FILES === 'yes'
const unregistered = Object.assign(() => undefined, { each: () => () => undefined })

/** For what is slow, and neither a screen's main task nor a promise about money. Left out without WHOLE_FILES, which test/full/whole-files.ts sets. */
export const full = (isWhole ? test : unregistered) as unknown as typeof test

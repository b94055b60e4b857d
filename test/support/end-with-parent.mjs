/** Imported first by a program that a test starts: it asks the program to end when the test run is gone, whatever ended that. */
import { watchParents } from '../../scripts/local/parent-watch.mjs'

const GRACE_MS = 15_000

watchParents(() => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.exit(143), GRACE_MS)
})

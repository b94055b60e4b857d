/** `npm run check`: types, lint and unit tests, with their times. Exit 0 when all is well. */
import { check } from './lab/testing/check.ts'
import { npmCommand, run } from './terminal/command.ts'

await run(npmCommand('npm run check', 'Checks types and lint, and runs the unit tests.'), check)

/** Runs the command whose file is the first argument, and says what to do when a package of node_modules is missing or damaged. */
import { pathToFileURL } from 'node:url'
import { missingPackage, REINSTALL } from '../terminal/missing-package.mjs'

process.argv.splice(1, 1)
try {
  await import(pathToFileURL(process.argv[1]).href)
} catch (error) {
  const missing = missingPackage(error?.stack ?? '')
  if (missing === undefined) throw error
  process.stderr.write(`the package ${missing} is missing or damaged\n  fix: ${REINSTALL}\n`)
  process.exit(1)
}

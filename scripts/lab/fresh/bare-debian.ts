/** Puts into a folder what a new user has: a bare Debian, Node and npm, and this repository as it is committed. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { projectRoot } from '../../local/paths.ts'
import { findOnPath } from '../../local/programs.ts'
import { runTool } from '../../local/run-tool.ts'
import { StepFailure } from '../../terminal/output.ts'
import type { BareMachine } from './bare-machine.ts'
import { carryFilesInto, packageSources } from './machine-settings.ts'

export const DEBIAN_RELEASE = 'bookworm'
/** The oldest Node that the README promises to start with. */
const NODE_MAJOR = 20
/** Where the repository is inside. */
export const PROJECT_INSIDE = '/root/payment-backend'

export interface Making {
  machine: BareMachine
  log: string
  signal: AbortSignal
}

/** The packages that every Debian has, and nothing else. */
export async function makeDebian({ machine, log, signal }: Making): Promise<void> {
  const { root } = machine
  const { lines, options } = packageSources(DEBIAN_RELEASE)
  const args = [
    '--variant=minbase',
    '--mode=root',
    '--format=directory',
    '--dpkgopt=force-unsafe-io',
    ...options.map(line => `--aptopt=${line}`),
  ]
  await machine.runBeside(['mmdebstrap', ...args, DEBIAN_RELEASE, root, ...lines], {
    log,
    signal,
    fix: 'look at the log; `apt-get update` by hand shows whether this machine reaches its package mirror',
  })
  await machine.mount(log)
  carryFilesInto(root)
}

/** This machine's Node when it is the oldest that we promise to start with, else npm's package of that one; and this machine's npm. */
export async function addNode(making: Making): Promise<string> {
  const { root } = making.machine
  const path = (process.env.PATH ?? '').split(delimiter).filter(folder => !folder.startsWith(projectRoot))
  const env = { PATH: path.join(delimiter) }
  const [node, npm] = [findOnPath('node', env), findOnPath('npm', env)]
  if (!npm) throw new StepFailure('there is no npm on PATH', { fix: 'install Node with npm' })
  const prefix = join(root, 'usr/local')
  const modules = join(prefix, 'lib/node_modules')
  mkdirSync(modules, { recursive: true })
  cpSync(join(dirname(realpathSync(npm)), '..'), join(modules, 'npm'), { recursive: true, dereference: true })
  for (const name of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(prefix, 'bin', name))
  const binary = join(prefix, 'bin/node')
  if (node) cpSync(realpathSync(node), binary)
  if (majorInside(root) !== NODE_MAJOR) await fetchNode(making, npm, binary)
  const version = versionInside(root)
  if (majorInside(root) !== NODE_MAJOR)
    throw new StepFailure(`no Node ${NODE_MAJOR} runs in a bare Debian (${version})`, {
      log: { path: making.log, tail: [] },
    })
  return version
}

function versionInside(root: string): string {
  const { stdout, stderr, error } = spawnSync('chroot', [root, '/usr/local/bin/node', '--version'], {
    encoding: 'utf8',
  })
  return error ? error.message : (stdout || stderr).trim()
}

const majorInside = (root: string) => Number(/^v(\d+)\./.exec(versionInside(root))?.[1])

/** The platform packages carry the binary and nothing else: scripts/run.mjs starts from them too. */
async function fetchNode({ machine, log, signal }: Making, npm: string, binary: string): Promise<void> {
  const folder = join(machine.root, 'root/node-package')
  mkdirSync(folder)
  const wanted = `node-linux-${process.arch}@^${NODE_MAJOR}.19.0`
  await runTool(npm, ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', wanted], {
    log,
    signal,
  })
  cpSync(join(folder, `node_modules/node-linux-${process.arch}/bin/node`), binary)
  execFileSync('rm', ['-rf', '--', folder])
}

/** The commit that was cloned, and the number of files whose changes are not committed and hence not tested. */
export async function addRepository({
  machine,
  log,
  signal,
}: Making): Promise<{ commit: string; uncommitted: number }> {
  const clone = join(machine.root, PROJECT_INSIDE)
  const git = (folder: string, ...args: string[]) => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' })
  await runTool('git', ['clone', '--quiet', '--depth', '1', `file://${projectRoot}`, clone], { log, signal })
  const changed = git(projectRoot, 'status', '--porcelain').split('\n').filter(Boolean)
  return { commit: git(clone, 'rev-parse', '--short', 'HEAD').trim(), uncommitted: changed.length }
}

/** Programs that fail and remember that they were asked: what is installed must be found without them. */
export function addFailingPrograms(root: string, names: string[]): { path: string; calls: string } {
  const path = '/root/must-not-be-called'
  const calls = `${path}/calls.txt`
  mkdirSync(join(root, path))
  for (const name of names) {
    const file = join(root, path, name)
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> ${calls}\nexit 97\n`)
    chmodSync(file, 0o755)
  }
  return { path, calls: join(root, calls) }
}

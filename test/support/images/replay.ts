/**
 * Builds an image's folders without an engine: replays a Dockerfile's own COPY and RUN lines in a temporary folder,
 * and its CMD and HEALTHCHECK as its USER. What it cannot show: the base images themselves, and file systems and
 * networks of a container's own.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, posix, relative } from 'node:path'
import { type Command, parseDockerfile, type Stage, type Step } from './dockerfile.ts'
import { Dockerignore } from './dockerignore.ts'

/** Puts what an image of this name brings along, as far as our steps need it, into a stage's root. */
export type BaseImages = Record<string, (root: string) => void>

export interface BuiltStage {
  stage: Stage
  /** Stands for the container's `/`. */
  root: string
  workdir: string
}

export interface Build {
  folder: string
  stages: BuiltStage[]
  remove(): void
}

export interface BuildOptions {
  context: string
  dockerfile: string
  bases: BaseImages
  /** Stops after the stage of this name. */
  target?: string
}

/** This very Node, where the node image has it: whoever the Dockerfile names as USER must be able to read it. */
export const nodeImage = (root: string) => {
  mkdirSync(join(root, 'usr/local/bin'), { recursive: true })
  copyFileSync(process.execPath, join(root, 'usr/local/bin/node'), constants.COPYFILE_FICLONE)
}

/** Rejects with the output of a step that failed. */
export async function buildImage({ context, dockerfile, bases, target }: BuildOptions): Promise<Build> {
  const folder = mkdtempSync(join(tmpdir(), 'image-'))
  chmodSync(folder, 0o755)
  const build: Build = { folder, stages: [], remove: () => rmSync(folder, { recursive: true, force: true }) }
  const ignore = new Dockerignore(readFileSync(join(context, '.dockerignore'), 'utf8'))
  try {
    for (const stage of parseDockerfile(readFileSync(join(context, dockerfile), 'utf8'))) {
      const built = startStage(stage, build, bases)
      for (const step of stage.steps) await replay(step, built, build, { context, ignore })
      if (target !== undefined && stage.name === target) break
    }
    return build
  } catch (error) {
    build.remove()
    throw error
  }
}

function startStage(stage: Stage, build: Build, bases: BaseImages): BuiltStage {
  const root = join(build.folder, stage.name ?? 'final')
  mkdirSync(join(root, 'tmp'), { recursive: true })
  chmodSync(join(root, 'tmp'), 0o1777)
  const image = stage.base.replace(/[:@].*$/, '')
  const base = bases[image]
  if (!base) throw new Error(`nobody stands in for the image ${stage.base}`)
  base(root)
  const built = { stage, root, workdir: '/' }
  build.stages.push(built)
  return built
}

interface Context {
  context: string
  ignore: Dockerignore
}

async function replay(step: Step, built: BuiltStage, build: Build, context: Context): Promise<void> {
  if (step.kind === 'workdir') {
    built.workdir = posix.resolve(built.workdir, step.path)
    mkdirSync(join(built.root, built.workdir), { recursive: true })
  } else if (step.kind === 'copy') copy(step, built, build, context)
  else await run(step.command, built)
}

function copy(step: Extract<Step, { kind: 'copy' }>, built: BuiltStage, build: Build, { context, ignore }: Context) {
  const from = step.from === undefined ? undefined : build.stages.find(({ stage }) => stage.name === step.from)
  if (step.from !== undefined && !from) throw new Error(`COPY --from=${step.from}: there is no such stage`)
  const sourceRoot = from?.root ?? context
  const target = join(built.root, posix.resolve(built.workdir, step.target))
  const kept = (path: string) => from !== undefined || !ignore.ignores(relative(context, path) || '.')
  for (const name of step.sources) {
    const source = join(sourceRoot, name)
    if (!existsSync(source) || !kept(source))
      throw new Error(`COPY ${name}: not in ${step.from ?? 'the build context'}`)
    const into = statSync(source).isDirectory() || !/\/$|^\.$/.test(step.target) ? target : join(target, basename(name))
    mkdirSync(dirname(into), { recursive: true })
    cpSync(source, into, { recursive: true, verbatimSymlinks: true, filter: kept })
  }
}

async function run(command: string, { root, workdir, stage }: BuiltStage): Promise<void> {
  const child = spawn('sh', ['-ec', command], {
    cwd: join(root, workdir),
    env: { ...machineEnv(root), ...placed(stage.env, root) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = collect(child)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`RUN ${command}\nended with ${code}:\n${output().slice(-3_000)}`)
}

/** npm tells its children about itself, and jest changes how Node runs: neither reaches an image. */
function machineEnv(root: string): NodeJS.ProcessEnv {
  const { HOME, TMPDIR, LANG } = process.env
  const settings = Object.entries(process.env).filter(([name]) =>
    /^(npm_config_(registry|cache|userconfig|globalconfig)|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS)$/i.test(name),
  )
  return { ...Object.fromEntries(settings), HOME, TMPDIR, LANG, PATH: pathOf(root) }
}

const pathOf = (root: string) => [join(root, 'usr/local/bin'), join(root, 'usr/bin'), process.env.PATH].join(':')

/** The one folder of a container that ours may write to is one in the stage's root. */
const placed = (env: Record<string, string>, root: string) =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value === '/tmp' ? join(root, 'tmp') : value]))

function collect(child: ChildProcess): () => string {
  let text = ''
  child.stdout?.on('data', bytes => {
    text += bytes
  })
  child.stderr?.on('data', bytes => {
    text += bytes
  })
  return () => text
}

export interface ImageProcess {
  child: ChildProcess
  output(): string
}

/** Whether a command of the image can run as its USER here, without any capability, as in docker-compose.yml. */
export const canChangeUser = process.getuid?.() === 0

/** Starts a command of the built image as its USER, in its WORKDIR, with its ENV and `env`. */
export function startInImage(
  { stage, root, workdir }: BuiltStage,
  command: Command,
  env: Record<string, string>,
): ImageProcess {
  const [uid, gid] = (stage.user ?? '').split(':')
  if (!uid || !gid || uid === '0') throw new Error('the image names no USER uid:gid but root')
  const argv = typeof command === 'string' ? ['/bin/sh', '-c', command] : command
  const asUser = [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--no-new-privs',
    '--bounding-set=-all',
  ]
  const [program, ...args] = canChangeUser ? [...asUser, ...argv] : argv
  const child = spawn(program!, args, {
    cwd: join(root, workdir),
    env: { PATH: pathOf(root), TMPDIR: join(root, 'tmp'), ...placed(stage.env, root), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { child, output: collect(child) }
}

/** The exit code of a command that ends by itself. */
export async function runInImage(
  built: BuiltStage,
  command: Command,
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const { child, output } = startInImage(built, command, env)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output: output() }
}

export interface FolderContent {
  fileCount: number
  bytes: number
}

/** What a folder holds; links count as nothing. */
export function contentOf(folder: string): FolderContent {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  const sizes = files.map(file => lstatSync(join(file.parentPath, file.name)).size)
  return { fileCount: files.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

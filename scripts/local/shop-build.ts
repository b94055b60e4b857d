/** The production build of the shop: made when what it is made of has changed, and kept beside the other tools of `.data`. */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { missingPackage, REINSTALL } from '../terminal/missing-package.mjs'
import { CalledOff, StepFailure } from '../terminal/output.ts'
import { dataRoot, projectRoot } from './paths.ts'
import { runTool, type ToolRun } from './run-tool.ts'
import { releaseLock, takeLock } from './starter-lock.ts'

export interface ShopBuilds {
  /** The checkout whose shop is built. */
  root: string
  /** Where its builds are kept, under the digest of what they are made of. */
  kept: string
}

const ourBuilds: ShopBuilds = { root: projectRoot, kept: join(dataRoot, 'shop-builds') }

/** What a build depends on: the shop, the contracts that it imports, the versions of everything else, and how TypeScript is read. */
const SOURCES = ['web', 'shared/contracts', 'package-lock.json', 'tsconfig.json']
const NO_SOURCE = /(?:^|\/)(?:node_modules|dist)(?:\/|$)|^web\/server\/|\.test\.tsx?$/

/** A digest, and of a draft the process that makes it. */
const BUILD_NAME = /^[0-9a-f]{16}(?:\.\d+)?$/

const LOCK_INTERVAL_MS = 100
/** Far longer than a build takes. */
const LOCK_DEADLINE_MS = 120_000

/** The same for the same sources, by their paths and bytes. */
export function shopDigest(root: string): string {
  const hash = createHash('sha256')
  for (const path of SOURCES.flatMap(source => filesOf(root, source)).sort()) {
    const bytes = readFileSync(join(root, path))
    hash.update(`${path}\0${bytes.length}\0`).update(bytes)
  }
  return hash.digest('hex').slice(0, 16)
}

function filesOf(root: string, path: string): string[] {
  if (NO_SOURCE.test(path)) return []
  if (!statSync(join(root, path)).isDirectory()) return [path]
  return readdirSync(join(root, path)).flatMap(name => filesOf(root, `${path}/${name}`))
}

/**
 * Puts the build of the present sources into `folder`, for one system alone, and deletes older builds. `build` is called only
 * when there is none yet, with the folder to write. A kept build is always whole, also after a kill, and starts that come
 * together build once. Rejects as `build` does, and with CalledOff when the signal is aborted.
 */
export async function provideShop(
  folder: string,
  build: (draft: string) => Promise<void>,
  signal: AbortSignal,
  builds = ourBuilds,
): Promise<void> {
  await underLock(`${builds.kept}.lock`, signal, async () => {
    const digest = shopDigest(builds.root)
    const whole = join(builds.kept, digest)
    const draft = `${whole}.${process.pid}`
    mkdirSync(builds.kept, { recursive: true })
    deleteBut(basename(whole), builds.kept)
    try {
      if (!existsSync(whole)) await build(draft)
      // Of sources that were changed meanwhile nobody knows what is in it: it serves this system only.
      const isKept = existsSync(whole) || shopDigest(builds.root) === digest
      if (isKept && !existsSync(whole)) renameSync(draft, whole)
      rmSync(folder, { recursive: true, force: true })
      cpSync(isKept ? whole : draft, folder, { recursive: true })
    } finally {
      rmSync(draft, { recursive: true, force: true })
    }
  })
}

/** Systems have copies, so that nobody needs these. A build whose starter was killed may still be writing its draft. */
function deleteBut(kept: string, folder: string) {
  for (const name of readdirSync(folder).filter(name => name !== kept && BUILD_NAME.test(name)))
    rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 5 })
}

async function underLock(path: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const end = performance.now() + LOCK_DEADLINE_MS
  for (let holder = takeLock(path); holder; holder = takeLock(path)) {
    if (signal.aborted) throw new CalledOff('the shop was not built')
    if (performance.now() > end)
      throw new StepFailure(`another start (pid ${holder.pid}) has been building the shop for two minutes`, {
        fix: 'look whether it is stopped or hangs, and end it',
      })
    await sleep(LOCK_INTERVAL_MS)
  }
  try {
    await work()
  } finally {
    releaseLock(path)
  }
}

/** Builds with Vite in a process that ends. Rejects with a StepFailure that says what to do. */
export async function buildWithVite(
  outDir: string,
  run: Pick<ToolRun, 'log' | 'signal'>,
  cwd = join(projectRoot, 'web'),
): Promise<void> {
  const args = [viteProgram(), 'build', '--outDir', outDir, '--emptyOutDir']
  try {
    await runTool(process.execPath, args, { ...run, cwd, env: buildEnv(process.env) })
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error
    const { log } = error
    throw new StepFailure('the shop could not be built', { fix: buildFix(log?.tail ?? []), log, cause: error })
  }
}

/** Without what would change the build and is in no digest: Vite puts VITE_ variables into it. */
export function buildEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !name.startsWith('VITE_'))
  return { ...Object.fromEntries(others), NODE_ENV: 'production', NO_COLOR: '1', FORCE_COLOR: undefined }
}

export function buildFix(tail: string[]): string {
  const text = tail.join('\n')
  const missing = missingPackage(text)
  if (missing !== undefined) return `the package ${missing} is missing or damaged: ${REINSTALL}`
  if (/ENOSPC|no space left/i.test(text)) return 'the disk is full: make room'
  return 'correct the file that the log names; `npm run dev` shows its errors in the browser, `npm start -- --no-web` does without the shop'
}

/** npm puts a workspace's program beside it or at the top, as it sees fit. */
export function viteProgram(): string {
  const beside = join(projectRoot, 'web/node_modules/.bin/vite')
  return existsSync(beside) ? beside : join(projectRoot, 'node_modules/.bin/vite')
}

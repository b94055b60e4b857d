/** Another commit's files in a folder of their own: a git worktree, with the packages of this checkout where they are the same. */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { dataRoot, projectRoot } from '../../local/paths.ts'
import { emptyServices, emptyServicesRoot } from './empty-handler.ts'

export interface Checkout {
  root: string
  commit: string
}

/** Beside our own data: on the same disk, so that a commit costs both sides the same. */
export const checkoutRoot = join(dataRoot, 'bench-checkout')

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: projectRoot, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()

export const ownCheckout = (): Checkout => ({ root: projectRoot, commit: git('rev-parse', '--short=12', 'HEAD') })

/** Throws when git does not know the commit. What a run that was killed left there goes first. */
export function makeCheckout(commit: string): Checkout {
  const full = git('rev-parse', '--verify', '--end-of-options', `${commit}^{commit}`)
  removeCheckout()
  git('worktree', 'add', '--detach', '--force', checkoutRoot, full)
  if (lockFileOf(checkoutRoot) === lockFileOf(projectRoot)) sharePackages(checkoutRoot)
  shareJars(checkoutRoot)
  shareEmptyServices(checkoutRoot)
  return { root: checkoutRoot, commit: full.slice(0, 12) }
}

export function removeCheckout(): void {
  if (!existsSync(checkoutRoot)) return
  try {
    git('worktree', 'remove', '--force', '--force', checkoutRoot)
  } catch {
    // Git does not know it: half made, or of a repository that was cloned anew.
    rmSync(checkoutRoot, { recursive: true, force: true })
  }
}

/** Without packages the checkout's own `scripts/run.mjs` installs them. */
const lockFileOf = (root: string): string => readFileSync(join(root, 'package-lock.json'), 'utf8')

const sharePackages = (root: string): void => {
  for (const folder of ['node_modules', 'web/node_modules', 'plugins/kafka-events/node_modules'])
    if (existsSync(join(projectRoot, folder))) linkPackages(join(projectRoot, folder), join(root, folder))
}

/**
 * Links every package, each by itself: npm's own links to the workspaces are relative, and made again they lead to the
 * checkout's own plugin and shop. A link to the whole folder would lead to ours.
 */
export function linkPackages(source: string, target: string): void {
  mkdirSync(target, { recursive: true })
  for (const name of readdirSync(source)) {
    const [from, to] = [join(source, name), join(target, name)]
    if (lstatSync(from).isSymbolicLink()) symlinkSync(readlinkSync(from), to)
    else if (name.startsWith('@')) linkPackages(from, to)
    else symlinkSync(from, to)
  }
}

/** Kafka's jars lie in folders named after what they hold, so another commit's are fetched beside ours. */
function shareJars(root: string): void {
  const jars = join(dataRoot, 'kafka-jars')
  if (!existsSync(jars)) return
  mkdirSync(join(root, '.data'), { recursive: true })
  symlinkSync(jars, join(root, '.data/kafka-jars'))
}

/** Both sides run the same empty services, wherever the other commit keeps its own. */
function shareEmptyServices(root: string): void {
  for (const name of emptyServices)
    cpSync(join(emptyServicesRoot, name), join(root, relative(projectRoot, emptyServicesRoot), name), {
      recursive: true,
    })
}

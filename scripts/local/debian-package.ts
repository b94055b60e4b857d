/** Programs of Debian packages that must not be installed, since installing would start a system service: unpacked beside our data. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { StepFailure } from '../terminal/output.ts'
import { dataRoot } from './paths.ts'
import { findOnPath } from './programs.ts'
import { runTool, type ToolRun } from './run-tool.ts'

export const isDebian = (): boolean => findOnPath('apt-get') !== undefined && findOnPath('dpkg') !== undefined

const contentOf = (name: string, root: string) => join(root, 'debian', name, 'content')

/** The folder of an unpacked package; undefined when it has not been fetched. */
export function unpackedPackage(name: string, root = dataRoot): string | undefined {
  const content = contentOf(name, root)
  return existsSync(content) ? content : undefined
}

/**
 * The folder of the package's files, fetched once. It appears whole or not at all, and two fetches at once do not disturb each
 * other. Rejects with a StepFailure where there is no apt or no network.
 */
export async function fetchPackage(
  name: string,
  { log, signal }: Pick<ToolRun, 'log' | 'signal'>,
  { root = dataRoot, run = runTool }: { root?: string; run?: typeof runTool } = {},
): Promise<string> {
  const ready = unpackedPackage(name, root)
  if (ready) return ready
  mkdirSync(join(root, 'debian'), { recursive: true })
  const draft = mkdtempSync(join(root, 'debian', `${name}-`))
  const fix = `look at the log; \`sudo apt-get update && apt-get download ${name}\` shows whether this machine reaches its package mirror`
  try {
    await download(() => run('apt-get', ['download', name], { cwd: draft, log, signal, fix }), log, run)
    const archive = readdirSync(draft).find(file => file.endsWith('.deb'))
    if (!archive) throw new StepFailure(`apt-get download ${name} brought no package`, { fix })
    await run('dpkg', ['--extract', archive, 'content'], { cwd: draft, log, signal })
    rmSync(join(draft, archive))
    if (!unpackedPackage(name, root)) renameSync(draft, join(root, 'debian', name))
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  return contentOf(name, root)
}

/** The package lists are fetched only when the first try fails, and only root may fetch them. */
async function download(tryOnce: () => Promise<void>, log: string, run: typeof runTool): Promise<void> {
  try {
    await tryOnce()
  } catch (error) {
    if (process.getuid?.() !== 0) throw error
    await run('apt-get', ['-o', 'DPkg::Lock::Timeout=120', 'update'], {
      log,
      fix: 'look at the log; this machine may not reach its package mirror',
    })
    await tryOnce()
  }
}

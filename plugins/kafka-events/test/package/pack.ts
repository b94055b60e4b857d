/** Makes the package's tarball out of a copy of the plugin's folder, so that neither old builds nor other tests meddle. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const pluginFolder = fileURLToPath(new URL('../..', import.meta.url))
export const repositoryFolder = fileURLToPath(new URL('../../../..', import.meta.url))
const notCopied = new Set(['node_modules', 'dist', 'test', 'bench'].map(name => join(pluginFolder, name)))

/** A new folder of the caller's, to be removed by it. */
export const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'kafka-events-package-'))

/** Packs as `npm pack` does in the plugin's folder. Returns the path of the tarball, inside `folder`. */
export async function packInto(folder: string): Promise<string> {
  const copy = join(folder, 'source')
  await cp(pluginFolder, copy, { recursive: true, filter: path => !notCopied.has(path) })
  await linkPackages(copy)
  const PATH = [join(repositoryFolder, 'node_modules/.bin'), process.env.PATH].join(delimiter)
  const env = { ...withoutNpm(process.env), PATH }
  await run('npm', ['pack', '--pack-destination', folder], { cwd: copy, env }).catch(withOutput)
  const [tarball] = (await readdir(folder)).filter(name => name.endsWith('.tgz'))
  if (!tarball) throw new Error(`npm pack wrote no tarball into ${basename(folder)}`)
  return join(folder, tarball)
}

/** What the tarball holds, as an installed package would: without the leading `package/`. */
export async function unpack(tarball: string, into: string): Promise<string[]> {
  await mkdir(into, { recursive: true })
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', into])
  const found = await readdir(into, { recursive: true, withFileTypes: true })
  return found.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name).slice(into.length + 1))
}

/** The compiler tells its errors on the standard output, which the error of a failed program leaves out. */
function withOutput(error: Error & { stdout?: string }): never {
  throw new Error(`${error.message}\n${error.stdout}`, { cause: error })
}

/** Gives a folder this repository's packages. */
export const linkPackages = (folder: string): Promise<void> =>
  symlink(join(repositoryFolder, 'node_modules'), join(folder, 'node_modules'))

/** An npm that runs a test tells its children its own settings, and which package they are in. */
export function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = /^npm_config_(registry|cache|userconfig)$/i
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name)))
}

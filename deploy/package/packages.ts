/** What `serverless package` made: the zip of each function and the bundle inside, their sizes, and how long a cold import takes. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { unzipSync } from 'fflate'

export interface FunctionPackage {
  name: string
  zipBytes: number
  /** By the path in the zip. */
  files: Record<string, Uint8Array>
}

export interface ColdImport {
  /** The middle one of several processes, as is the next. */
  ms: number
  /** CPU time of all threads, which does not depend on how busy the machine is. */
  cpuMs: number
  /** Connections that the import alone has opened. */
  connected: string[]
}

/** Unzipped: what Lambda has to read and compile before the first answer. The largest two carry the description of the API. */
export const BUNDLE_BYTES_MAX = 2_800_000

/** One for each zip, by name. */
export function readPackages(folder: string): FunctionPackage[] {
  const zips = readdirSync(folder).filter(name => name.endsWith('.zip'))
  return zips.sort().map(file => {
    const zip = readFileSync(join(folder, file))
    return { name: basename(file, '.zip'), zipBytes: zip.length, files: unzipSync(zip) }
  })
}

export const bundleBytes = ({ files }: FunctionPackage): number =>
  Object.values(files).reduce((sum, { length }) => sum + length, 0)

/** What is wrong with a package, in words. */
export function packageProblems(it: FunctionPackage): string[] {
  const paths = Object.keys(it.files)
  const problems = []
  if (paths.length !== 1 || !paths[0]!.endsWith('.mjs'))
    problems.push(`${it.name} holds ${paths.join(', ')} instead of one bundle`)
  if (bundleBytes(it) > BUNDLE_BYTES_MAX)
    problems.push(`${it.name} is ${megabytes(bundleBytes(it))} unzipped; at most ${megabytes(BUNDLE_BYTES_MAX)}`)
  return problems
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`

const IMPORT_SCRIPT = `
  const { default: net } = await import('node:net')
  const connected = []
  net.Socket.prototype.connect = function (...given) { connected.push(JSON.stringify(given[0])); return this }
  const cpuAtStart = process.cpuUsage()
  const startMs = performance.now()
  const { handler } = await import(process.argv[1])
  const ms = performance.now() - startMs
  const { user, system } = process.cpuUsage(cpuAtStart)
  if (typeof handler !== 'function') throw new Error('it exports no handler')
  process.stdout.write(JSON.stringify({ ms, cpuMs: (user + system) / 1_000, connected }))
  process.exit()
`

/** Imports the bundle in `processes` fresh processes of this Node, one after the other, each with an empty environment. */
export function coldImport({ name, files }: FunctionPackage, processes: number): ColdImport {
  const folder = mkdtempSync(join(tmpdir(), 'cold-import-'))
  try {
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), bytes)
    }
    const bundle = pathToFileURL(join(folder, Object.keys(files)[0]!)).href
    const runs = Array.from({ length: processes }, () => importOnce(name, bundle))
    return {
      ms: median(runs.map(run => run.ms)),
      cpuMs: median(runs.map(run => run.cpuMs)),
      connected: runs.flatMap(run => run.connected),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!

function importOnce(name: string, bundle: string): ColdImport {
  const args = ['--input-type=module', '--eval', IMPORT_SCRIPT, bundle]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { env: {}, encoding: 'utf8', timeout: 60_000 })
  if (status !== 0) throw new Error(`${name} cannot be imported: ${stderr.trim().slice(-2_000)}`)
  return JSON.parse(stdout)
}

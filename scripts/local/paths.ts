/** The paths of a system: its data folder, its logs, its sockets. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join, relative, resolve } from 'node:path'

export const projectRoot = resolve(import.meta.dirname, '../..')
export const dataRoot = join(projectRoot, '.data')

export interface DataFolder {
  /** `main` for `npm start`, `test` for `npm test`. */
  name: string
  root: string
  logs: string
  runFile: string
  /** Held by the one starter that may write here. */
  lockFile: string
  /** Says that this system's data lives in Docker volumes, which deleting the folder does not delete. */
  dockerMark: string
  /** Unix sockets have a path limit of about 100 characters, so they live under the temporary folder. */
  sockets: string
}

/** `within` is the `.data` of another checkout, when it is not ours. */
export function dataFolder(name: string, within = dataRoot): DataFolder {
  if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(name))
    throw new Error(`a data folder's name is 1-32 lower-case letters, digits and hyphens, not "${name}"`)
  const root = join(within, name)
  const digest = createHash('sha256').update(root).digest('hex').slice(0, 10)
  return {
    name,
    root,
    logs: join(root, 'logs'),
    runFile: join(root, 'run.json'),
    lockFile: join(root, 'starter.lock'),
    dockerMark: join(root, 'docker-volumes'),
    sockets: join(tmpdir(), `pay-${userInfo().uid}-${digest}`),
  }
}

/** Where the starter of this system is asked for something. */
export const controlSocketOf = ({ sockets }: Pick<DataFolder, 'sockets'>): string => join(sockets, 'control.sock')

/** Where its starter answers the demo panel of its console. Not the control socket: what is passed on to this one is judged first. */
export const demoSocketOf = ({ sockets }: Pick<DataFolder, 'sockets'>): string => join(sockets, 'demo.sock')

/** The names of the systems that have a data folder. */
export function dataFolderNames(): string[] {
  if (!existsSync(dataRoot)) return []
  return readdirSync(dataRoot).filter(name => existsSync(join(dataRoot, name, 'logs')))
}

/** A path as a person would type it. */
export const shortPath = (path: string) => relative(projectRoot, path) || '.'

/** The files that Vite has built, held in memory: they are few, and a folder that is deleted or built anew takes none away. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface BuiltFile {
  type: string
  etag: string
  bytes: Buffer
  /** Of a text, packed by gzip. */
  packed?: Buffer
}

/** By their path under the shop's address: `/index.html`. */
export type BuiltFiles = ReadonlyMap<string, BuiltFile>

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}
const TEXT = /^text\/|^application\/json$|^image\/svg/

/** Reads the whole folder. Throws when there is no page in it. */
export function readBuild(folder: string): BuiltFiles {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  const paths = entries.map(entry => relative(folder, join(entry.parentPath, entry.name)))
  const files = new Map(paths.map(path => [`/${path}`, fileOf(path, readFileSync(join(folder, path)))]))
  if (!files.has('/index.html')) throw new Error(`${folder} holds no built shop: it has no index.html`)
  return files
}

function fileOf(path: string, bytes: Buffer): BuiltFile {
  const type = TYPES[extname(path)] ?? 'application/octet-stream'
  // Weak: the same for the packed bytes.
  const etag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  return TEXT.test(type) ? { type, etag, bytes, packed: gzipSync(bytes, { level: 9 }) } : { type, etag, bytes }
}

/** docker-compose.yml whole, with its variables replaced: what the tests of images and containers read. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { interpolate } from '../../../scripts/local/compose-file.ts'
import { repositoryFolder } from '../system.ts'

export interface ComposeService {
  image?: string
  build?: { context: string; dockerfile?: string }
  command?: string[]
  environment?: Record<string, string | number>
  ports?: string[]
  restart?: string
  depends_on?: Record<string, { condition?: string }>
  healthcheck?: { test?: string[] }
  profiles?: string[]
  stop_grace_period?: string
  [field: string]: unknown
}

export interface ComposeFile {
  services: Record<string, ComposeService>
  volumes?: Record<string, unknown>
  [field: string]: unknown
}

export const composeText = () => readFileSync(join(repositoryFolder, 'docker-compose.yml'), 'utf8')

/** Throws when a value uses another interpolation than `${NAME:-default}`. */
export function composeFile(env: Record<string, string> = {}, text = composeText()): ComposeFile {
  return withoutVariables(parse(text), env) as ComposeFile
}

function withoutVariables(value: unknown, env: Record<string, string>): unknown {
  if (typeof value === 'string') return interpolate(value, env)
  if (Array.isArray(value)) return value.map(item => withoutVariables(item, env))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutVariables(item, env)]))
}

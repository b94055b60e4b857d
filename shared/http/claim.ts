/** What makes two requests with one key the same: the operation, the path, and the body as it was sent, without the key. */
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Claim } from '../payments/ports.ts'

interface Asked {
  key: string
  operation: string
  /** Method and path as serverless.yml writes them. */
  route: string
  pathParameters?: Record<string, string | undefined> | undefined
  body: unknown
}

export function claimOf({ key, operation, route, pathParameters = {}, body }: Asked): Claim {
  const path = route.replace(/^\S+ /, '').replaceAll(/\{(\w+)\}/g, (_, name: string) => pathParameters[name] ?? '')
  const canonicalRequest = canonicalize({ operation, path, body })!
  return { key, canonicalRequest, fingerprint: `v1:${createHash('sha256').update(canonicalRequest).digest('hex')}` }
}

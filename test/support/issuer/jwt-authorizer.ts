/**
 * What API Gateway's JWT authorizer does before a route of the console: the token of one header, its signature by the issuer's keys, its
 * issuer, its time, and `aud` or `client_id`. Claims come out as API Gateway writes them: texts alone.
 */
import { createRemoteJWKSet, jwtVerify } from 'jose'

export type Claims = Record<string, string>

/** The claims, or undefined: 401. */
export type JwtAuthorizer = (authorization: string | undefined) => Promise<Claims | undefined>

export function jwtAuthorizer(issuer: string, audience: readonly string[]): JwtAuthorizer {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`))
  return async authorization => {
    const token = /^(?:Bearer )?(\S+)$/.exec(authorization ?? '')?.[1]
    if (token === undefined) return undefined
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, algorithms: ['RS256'], requiredClaims: ['exp'] })
      // `client_id` counts where there is no `aud`.
      const named = payload.aud ?? payload.client_id
      const isForUs = [named].flat().some(name => audience.includes(String(name)))
      return isForUs ? textsOf(payload) : undefined
    } catch {
      return undefined
    }
  }
}

const textsOf = (claims: object): Claims =>
  Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, textOf(value)]))

/** A list is `[one other]`. */
const textOf = (value: unknown): string => (Array.isArray(value) ? `[${value.map(String).join(' ')}]` : String(value))

/**
 * GET /docs: docs/openapi.json as a page, in the language of `?lang=` or else of Accept-Language.
 *
 * 200 · 500 see docs/errors.md
 */
import description from '../../docs/openapi.json' with { type: 'json' }
import { languages } from '../../shared/contracts/errors.ts'
import { contract } from '../../shared/contracts/routes/get-docs.ts'
import { describeApi } from '../../shared/http/api-description.ts'
import { pagePolicy } from '../../shared/http/docs-page/page.ts'
import { defineRoute, originOf, type RoutePorts } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

const api = describeApi(description)

export const createHandler = (ports: RoutePorts) =>
  defineRoute(contract)(ports, async ({ query, caller, headers }) => {
    const language = languages.find(code => code === query.lang) ?? caller.language
    return {
      status: 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-language': language,
        vary: 'accept-language',
        'content-security-policy': pagePolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      },
      body: api.page(language, originOf({ headers })),
    }
  })

export const handler = createHandler(portsFromEnv())

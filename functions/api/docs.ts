/**
 * GET /docs: docs/openapi.json as a page, in the language of `?lang=` or else of Accept-Language.
 *
 * 200 · 500 see docs/errors.md
 */
import description from '../../docs/openapi.json' with { type: 'json' }
import { languages } from '../../shared/contracts/errors.ts'
import { describeApi } from '../../shared/http/api-description.ts'
import { pagePolicy } from '../../shared/http/docs-page/page.ts'
import { type ErrorLog, errors, originOf, type RoutePorts, route } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/ports.ts'

const api = describeApi(description)

export const createHandler = (ports: RoutePorts & { log: ErrorLog }) =>
  route(ports)
    .use(errors(ports))
    .handler(async event => {
      const language = languages.find(code => code === event.queryStringParameters?.lang) ?? event.caller.language
      return {
        statusCode: 200,
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'content-language': language,
          vary: 'accept-language',
          'content-security-policy': pagePolicy,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        },
        body: api.page(language, originOf(event)),
      }
    })

export const handler = createHandler(portsFromEnv())

/** Says that the payment server is away, or that its records may come late. Once it is back, whatever waits for it goes on. */
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { ApiAnswer } from '../api/answer.ts'
import { useLanguage, useShopParts } from '../shop-context.ts'

type Connection = 'up' | 'degraded' | 'down'

const CHECK_EVERY_MS = 20_000
const CHECK_WHEN_DOWN_EVERY_MS = 4_000

export function ConnectionNotice() {
  const { t } = useTranslation()
  const language = useLanguage()
  const { ask, wake } = useShopParts()
  const { data, isFetching, refetch } = useQuery({
    queryKey: ['connection'],
    queryFn: () =>
      ask({ method: 'GET', path: '/health/ready', headers: { 'accept-language': language } }).then(
        connectionOf,
        (): Connection => 'down',
      ),
    refetchInterval: query => (query.state.data === 'down' ? CHECK_WHEN_DOWN_EVERY_MS : CHECK_EVERY_MS),
  })
  useEffect(() => {
    if (data === 'up' || data === 'degraded') wake()
  }, [data, wake])
  return (
    <div role="status" className="notices">
      {data === 'down' && (
        <div className="notice notice-down">
          <div>
            <strong>{t('down.title')}</strong>
            <p>{t('down.body')}</p>
          </div>
          <button type="button" className="button button-quiet" onClick={() => void refetch()} disabled={isFetching}>
            {isFetching ? t('down.retrying') : t('down.retry')}
          </button>
        </div>
      )}
      {data === 'degraded' && <p className="notice">{t('degraded')}</p>}
    </div>
  )
}

/** Anything but a clear answer from the API itself counts as away: a proxy's error page, or a 503 because MariaDB is. */
function connectionOf(answer: ApiAnswer): Connection {
  if (answer.statusCode !== 200) return 'down'
  try {
    const { status } = JSON.parse(answer.bodyText) as { status?: unknown }
    return status === 'degraded' ? 'degraded' : 'up'
  } catch {
    return 'down'
  }
}

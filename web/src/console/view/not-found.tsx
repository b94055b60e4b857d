/** An address below /console that leads nowhere. */
import { Link } from '@tanstack/react-router'
import { useConsoleTexts } from '../console-context.ts'

export function NotFoundPage() {
  const { t } = useConsoleTexts()
  return (
    <section className="console-closed">
      <h1>{t('notFound.title')}</h1>
      <p>{t('notFound.body')}</p>
      <p>
        <Link to="/payments">{t('payments')}</Link>
      </p>
    </section>
  )
}

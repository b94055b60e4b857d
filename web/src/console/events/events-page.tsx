/** Events on their way: what waits in the outbox, how far consumers are, and what none of them could process. */
import { useConsoleTexts } from '../console-context.ts'
import { Consumers } from './consumers.tsx'
import { Letters } from './letters.tsx'
import { Outbox } from './outbox.tsx'
import './events.css'

export function EventsPage() {
  const { t } = useConsoleTexts()
  return (
    <div className="events">
      <h1>{t('events.title')}</h1>
      <Outbox />
      <Consumers />
      <Letters />
    </div>
  )
}

/** Finds a payment by an id of any kind. */
import { useNavigate } from '@tanstack/react-router'
import { useConsoleTexts } from '../console-context.ts'

export function LookupForm() {
  const { t } = useConsoleTexts()
  const navigate = useNavigate()
  return (
    <search className="console-lookup">
      <form
        onSubmit={event => {
          event.preventDefault()
          const id = String(new FormData(event.currentTarget).get('id')).trim()
          if (id !== '') void navigate({ to: '/lookup', search: { id } })
        }}
      >
        <input
          name="id"
          aria-label={t('lookup.label')}
          placeholder={t('lookup.placeholder')}
          autoComplete="off"
          spellCheck={false}
          maxLength={300}
        />
        <button type="submit" className="button button-small">
          {t('lookup.find')}
        </button>
      </form>
    </search>
  )
}

import { Checkboxes, ErrorSummary, SkipLink, isSupported } from 'govuk-frontend'

import { count } from './count.js'
import { fileList } from './file-list.js'
import { leave } from './leave.js'
import { menu } from './menu.js'
import { print } from './print.js'
import { submitOnce } from './submit-once.js'

const COMPONENTS = [[Checkboxes, 'govuk-checkboxes'], [ErrorSummary, 'govuk-error-summary'],
  [SkipLink, 'govuk-skip-link']]

/** What both sides share. One part that fails leaves the others and the plain page as they are. */
export function enhance (...more) {
  document.body.classList.add('js-enabled')
  if ('noModule' in HTMLScriptElement.prototype) document.body.classList.add('govuk-frontend-supported')
  for (const part of [leave, submitOnce, count, fileList, menu, print, ...more]) {
    attempt(() => part(document))
  }
  if (!isSupported()) return
  for (const [Component, name] of COMPONENTS) {
    for (const element of document.querySelectorAll(`[data-module="${name}"]`)) {
      attempt(() => new Component(element))
    }
  }
}

function attempt (part) {
  try {
    part()
  } catch (error) {
    console.error(error)
  }
}

// Shows what a mail would say while it is typed, by the same form and the same page as the button without a script.
const PAUSE = 700

export function livePreview (root) {
  const form = root.querySelector('[data-live-preview]')
  if (!form) return
  let timer, asked
  const show = async () => {
    asked?.abort()
    asked = new AbortController()
    const fields = new FormData(form)
    fields.set('preview', 'yes')
    try {
      const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(fields), signal: asked.signal })
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      // A page that asks who is there has no such parts: then the button leads to it, and nothing happens here.
      for (const part of page.querySelectorAll('[data-live]')) {
        root.querySelector(`[data-live="${part.dataset.live}"]`)?.replaceChildren(...part.childNodes)
      }
    } catch {
      // Offline, or a newer one was asked for: what stands there is older, and the button still works.
    }
  }
  form.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(show, PAUSE)
  })
}

import { digestOf } from '../../../platform/http/page-policy.ts'
import { safeHtml } from './shell.ts'
import type { Html } from './shell.ts'

/** Then the others come all the same: a picture that hangs holds up nobody. */
const PATIENCE_MS = 5000

const SCRIPT = `(function(root,first){if(first.complete)return;root.add('first');function all(){root.remove('first')}`
  + `first.addEventListener('load',all);first.addEventListener('error',all);setTimeout(all,${PATIENCE_MS})})(document.documentElement.classList,document.querySelector('.pg'))`

/**
 * Stands after the first picture and holds the others back until it is there: on a slow network all that are near would share
 * the line with it, and the page that is looked at came last. Inline, because a script that has to be fetched comes too late;
 * where scripts don't run, all pictures come at once. Goes with the rule `.first .pg~.pg` of the shell.
 */
export const firstPictureFirst: Html = safeHtml(`<script>${SCRIPT}</script>`)

/** By which the policy of a page names it. */
export const firstPictureDigest = digestOf(SCRIPT)

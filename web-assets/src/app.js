// Everything here only makes pages quicker or kinder; every page works without it.
import "htmx.org/dist/htmx.esm.js";
import "htmx.org/dist/ext/hx-sse.js";
import "./confirm.js";
import "./countdown.js";
import "./dialog.js";
import "./forms.js";
import "./keys.js";
import "./lazy.js";
import "./mend.js";
import "./menu.js";
import "./poll.js";
import "./prefs.js";
import "./print.js";

// The service worker of 码上助, and of nothing else: it keeps the empty form, and sends what waits.
import { sendsLater } from "../shell-keeper.js";
import { send } from "./send.js";

sendsLater(send);

// What the rules that users asked for were made from, for those who have to write them down.

import type { Rule } from "opte-core";
import type { FirewallRule, RouterEntry } from "../api/model.js";
import { firewallRule } from "../firewall/firewall-rules.js";
import { routerRule } from "../router/router-rules.js";

/** Makes rules of the engine and remembers of what. */
export class RuleSources {
  readonly #firewall = new WeakMap<Rule, FirewallRule>();
  readonly #routes = new WeakMap<Rule, RouterEntry>();

  firewallRule(source: FirewallRule): Rule {
    const rule = firewallRule(source);
    this.#firewall.set(rule, source);
    return rule;
  }

  /** @throws OpteError `InvalidRouterEntry` */
  routerRule(source: RouterEntry): Rule {
    const rule = routerRule(source);
    this.#routes.set(rule, source);
    return rule;
  }

  /** The firewall rule that `rule` was made from. */
  ofFirewall(rule: Rule): FirewallRule | undefined {
    return this.#firewall.get(rule);
  }

  /** The route that `rule` was made from. */
  ofRoute(rule: Rule): RouterEntry | undefined {
    return this.#routes.get(rule);
  }
}

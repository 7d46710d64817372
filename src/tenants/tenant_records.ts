/** Tenants as records: created, changed, listed and removed. */
import { randomInt } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { checkGlobs } from "./name_rule.ts";
import type { KeyRecord } from "./api_key.ts";
import type { StateStore } from "./state_store.ts";
import {
  checkDisplayName,
  checkTenantId,
  checkTenantLimits,
  type Tenant,
  type TenantLimits,
} from "./tenant.ts";

/** What a tenant is created with, beside its id, name and limits. */
export interface TenantSettings extends TenantLimits {
  /** Globs of what it may see. @default everything */
  readonly allowed?: readonly string[];
  /** Globs of what it may not see. @default nothing */
  readonly denied?: readonly string[];
}

/** What of a tenant is to be changed; what is left out stays. */
export interface TenantChange {
  /** What people call it. */
  readonly name?: string;
  /** Limits to be set; one that is null is taken away. */
  readonly limits?: { readonly [K in keyof TenantLimits]?: TenantLimits[K] | null };
  /** Globs of what it may see; null for everything. */
  readonly allowed?: readonly string[] | null;
  /** Globs of what it may not see. */
  readonly denied?: readonly string[];
  /** Whether nobody can call on its behalf. */
  readonly suspended?: boolean;
}

export class TenantRecords {
  readonly #store: StateStore;
  readonly #clock: Clock;

  constructor(store: StateStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Creates a tenant, and a first key with it, both or neither. */
  async create(
    id: string,
    name: string,
    settings: TenantSettings,
    key?: KeyRecord,
  ): Promise<Tenant> {
    const tenant = this.#newTenant(id, name, settings);
    if (await this.#store.createTenant(tenant, key)) return tenant;
    const text = `Cannot create tenant "${id}": there is one, expected another id`;
    throw new GomcpError("invalid_request", text);
  }

  #newTenant(id: string, name: string, settings: TenantSettings): Tenant {
    const { allowed, denied = [], ...limits } = settings;
    return checkTenant({
      id: checkTenantId(id),
      name,
      suspended: false,
      limits: checkTenantLimits(limits),
      allowed,
      denied,
      createdMs: this.#clock.wall(),
      incarnation: randomInt(1, 2 ** 30),
      version: 1,
    });
  }

  async update(
    id: string,
    change: TenantChange | ((before: Tenant) => TenantChange),
  ): Promise<Tenant> {
    for (;;) {
      const before = await this.existing(id);
      const what = typeof change === "function" ? change(before) : change;
      const after = checkTenant(changed(before, what));
      // Somebody else was faster: their change stays, and this one goes on top of it.
      if (await this.#store.replaceTenant(after)) return after;
    }
  }

  async delete(id: string): Promise<void> {
    if (!await this.#store.deleteTenant(id)) throw noTenant(id);
  }

  async list(
    { after = "", max = LIMITS.tenantsPageMax }: { after?: string; max?: number } = {},
  ): Promise<readonly Tenant[]> {
    if (!Number.isInteger(max) || max < 1 || max > LIMITS.tenantsPageMax) {
      const text = `Cannot list tenants: max is ${max}, expected 1 to ${LIMITS.tenantsPageMax}`;
      throw new GomcpError("invalid_request", text);
    }
    return await this.#store.listTenants(after, max);
  }

  /** @throws {GomcpError} `not_found` for one that is not. */
  async existing(id: string): Promise<Tenant> {
    const tenant = await this.#store.getTenant(checkTenantId(id));
    if (tenant === undefined) throw noTenant(id);
    return tenant;
  }
}

function changed(before: Tenant, change: TenantChange): Tenant {
  const { limits = {}, allowed, ...rest } = change;
  const merged = Object.entries({ ...before.limits, ...limits }).filter(([, each]) =>
    each !== null && each !== undefined
  );
  return {
    ...before,
    ...rest,
    limits: checkTenantLimits(Object.fromEntries(merged)),
    allowed: allowed === undefined ? before.allowed : allowed ?? undefined,
    version: before.version + 1,
  };
}

function checkTenant(tenant: Tenant): Tenant {
  checkDisplayName(tenant.name);
  if (tenant.allowed !== undefined) checkGlobs(tenant.allowed, "allowed tools");
  checkGlobs(tenant.denied, "denied tools");
  return tenant;
}

export function noTenant(id: string): GomcpError {
  return new GomcpError("not_found", `Cannot find tenant "${id}": there is none of this id`);
}

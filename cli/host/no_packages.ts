/** What the names of packages stand for in a host that needs none: it loads none of their modules. */
export {};

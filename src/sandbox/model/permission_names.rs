//! The names of permissions, as the API has them, that the roles of the system and the rules of operations use.

pub const VIEW: &str = "control-plane:organization:view";
pub const MANAGE: &str = "control-plane:organization:manage";
pub const VIEW_KEYS: &str = "control-plane:organization:view-api-keys";
pub const CREATE_KEYS: &str = "control-plane:organization:create-api-keys";
pub const VIEW_ACTIVITIES: &str = "control-plane:organization:view-activities";
pub const VIEW_BILLING: &str = "control-plane:organization:view-billing";
pub const MANAGE_BILLING: &str = "control-plane:organization:manage-billing";
pub const CREATE_SERVICE: &str = "control-plane:organization:create-service";
pub const VIEW_SERVICE: &str = "control-plane:service:view";
pub const MANAGE_SERVICE: &str = "control-plane:service:manage";
pub const DELETE_SERVICE: &str = "control-plane:service:delete";
pub const MANAGE_SCALING: &str = "control-plane:service:manage-scaling-config";
pub const VIEW_BACKUPS: &str = "control-plane:service:view-backups";
pub const MANAGE_BACKUPS: &str = "control-plane:service:manage-backups";
pub const VIEW_PRIVATE_ENDPOINTS: &str = "control-plane:service:view-private-endpoints";
pub const MANAGE_PRIVATE_ENDPOINTS: &str = "control-plane:service:manage-private-endpoints";
pub const VIEW_QUERY_ENDPOINTS: &str = "control-plane:service:view-query-api-endpoints";
pub const MANAGE_QUERY_ENDPOINTS: &str = "control-plane:service:manage-query-api-endpoints";
pub const MANAGE_CLICK_PIPES: &str = "control-plane:service:manage-clickpipes";
pub const MANAGE_CLICK_STACK: &str = "control-plane:service:manage-clickstack-api";
pub const VIEW_POSTGRES: &str = "control-plane:postgres-service:view";
pub const MANAGE_POSTGRES: &str = "control-plane:postgres-service:manage";

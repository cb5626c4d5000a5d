# The library: one object target for each layer (folder of src/), summed up in shardwise::shardwise.
# Files are globbed: a new file needs no edit here (CONFIGURE_DEPENDS re-runs CMake).
set(SHARDWISE_LAYERS base schema sql engine sharding model parse plan catalog txn cluster exec orm ops)

add_library(shardwise_flags INTERFACE)
target_compile_features(shardwise_flags INTERFACE cxx_std_20)
target_compile_options(shardwise_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${SHARDWISE_WERROR}>:-Werror>)
target_include_directories(shardwise_flags INTERFACE
  ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
target_include_directories(shardwise_flags SYSTEM INTERFACE ${PG_QUERY_INCLUDE_DIR})
target_compile_definitions(shardwise_flags INTERFACE
  $<$<BOOL:${SHARDWISE_WITH_POSTGRES}>:SHARDWISE_WITH_POSTGRES=1>
  $<$<BOOL:${SHARDWISE_WITH_MARIADB}>:SHARDWISE_WITH_MARIADB=1>
  $<$<CONFIG:Debug>:SHARDWISE_FAILPOINTS=1>)

add_library(shardwise STATIC)
add_library(shardwise::shardwise ALIAS shardwise)
target_include_directories(shardwise PUBLIC
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(shardwise PUBLIC cxx_std_20)

set(SHARDWISE_PRIVATE_LIBRARIES
  fmt::fmt nlohmann_json::nlohmann_json PkgConfig::SQLITE PkgConfig::CRYPTO PkgConfig::TOMLPP
  $<TARGET_NAME_IF_EXISTS:PkgConfig::PQ> $<TARGET_NAME_IF_EXISTS:PkgConfig::MARIADB>
  ${PG_QUERY_LIBRARY} ZLIB::ZLIB Threads::Threads)

foreach(layer IN LISTS SHARDWISE_LAYERS)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${layer}/*.cpp)
  if(NOT SHARDWISE_WITH_POSTGRES)
    list(FILTER sources EXCLUDE REGEX "/driver/postgres/")
  endif()
  if(NOT SHARDWISE_WITH_MARIADB)
    list(FILTER sources EXCLUDE REGEX "/driver/mariadb/")
  endif()
  if(sources)
    add_library(shardwise_${layer} OBJECT ${sources})
    target_link_libraries(shardwise_${layer} PRIVATE shardwise_flags ${SHARDWISE_PRIVATE_LIBRARIES})
    target_sources(shardwise PRIVATE $<TARGET_OBJECTS:shardwise_${layer}>)
  endif()
endforeach()
# A header-only one is needed to build, not to link: it stays out of the installed package. (Debian's
# toml++ is a shared library.)
set(link_libraries ${SHARDWISE_PRIVATE_LIBRARIES})
list(REMOVE_ITEM link_libraries nlohmann_json::nlohmann_json)
target_link_libraries(shardwise PRIVATE ${link_libraries})
